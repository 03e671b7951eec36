export { ApiError, apiClient } from './api.js';
